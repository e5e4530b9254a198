# SPDX-License-Identifier: BSD-2-Clause
# What a mailbox or a telephone shows of a message that smtpd.py (N.eml) or gateway.py (N.json, with "n" and "t") has
# kept: python3 inbox.py FILE
import email
import email.policy
import json
import sys
import textwrap

with open(sys.argv[1], 'rb') as file:
    data = file.read()
if sys.argv[1].endswith('.eml'):
    message = email.message_from_bytes(data, policy=email.policy.default)
    head = 'E-mail to %s: %s' % (message['to'], message['subject'])
    text = message.get_body(('plain',)).get_content()
else:
    message = json.loads(json.loads(data)['body'])
    # Which numbers it takes stands in gateway.py.
    head = ('Text message to ' if message['n'].endswith('00') else 'The gateway refuses: to ') + message['n']
    text = message['t']
print('+-- ' + head)
for paragraph in text.rstrip().splitlines():
    for line in textwrap.wrap(paragraph, 76) or ['']:
        print('|', line)
print('+--')
