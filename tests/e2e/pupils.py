# SPDX-License-Identifier: BSD-2-Clause
# Whoever reads text messages for many, for tests: python3 pupils.py GATE FOLDER FROM COUNT
#
# Of each message that gateway.py has written to GATE after the first FROM, whose number is 31600NNNN00, the code goes to
# the FIFO FOLDER/NNNN (without leading noughts), until COUNT were answered.
import json
import os
import re
import sys
import threading

GATE, FOLDER, AT, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
never = threading.Event()


def answer(name, code):
    with open('%s/%d' % (FOLDER, name), 'w') as to:
        print(code, file=to)


answered = 0
while answered < COUNT:
    AT += 1
    path = '%s/%d.json' % (GATE, AT)
    while not os.path.exists(path):
        never.wait(0.01)
    with open(path) as message:
        body = json.loads(json.load(message)['body'])
    number = re.search(r'31600(\d{4})00', body['n'])
    if number:
        threading.Thread(target=answer, daemon=True,
                         args=(int(number.group(1)), re.search(r'\b\d{6}\b', body['t']).group())).start()
        answered += 1
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join()
print('answered', answered)
