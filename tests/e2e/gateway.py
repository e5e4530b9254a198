# SPDX-License-Identifier: BSD-2-Clause
# A gateway for text messages, for tests: python3 gateway.py PORT FOLDER [CERTIFICATE KEY]
#
# Each request goes to FOLDER/N.json, with its path, its headers and its body.  What it answers goes by the number in the
# body: the last two digits are the place of a row in ANSWERS.  After "hang" it says nothing, for ever; after "drop" it
# hangs up.  While FOLDER/refuse is there it takes nothing.
import http.server
import json
import os
import re
import ssl
import sys
import threading

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
ANSWERS = {
    '00': (201, {'id': 'x', 'recipients': {'totalSentCount': 1}, 'sid': 'SM1', 'errorCode': 0, 'messages': [{'status': '0'}]}),
    '01': (200, {'errorCode': 201, 'messages': [{'status': '4'}], 'recipients': {'totalSentCount': 0}}),
    '02': (200, ''),
    '03': (401, {'error': 'wrong key'}),
    '04': (422, {'error': 'no such number'}),
    '05': (429, {}),
    '06': (503, {}),
    '07': (500, {}),
    '08': 'hang',
    '09': 'drop',
    '10': (302, {}),
    '11': (200, 'x' * 40000),
}
lock = threading.Lock()
count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers.get('content-length', 0))).decode()
        with lock:
            count += 1
            name = '%s/%d' % (FOLDER, count)
        with open(name + '.new', 'w') as to:
            json.dump({'path': self.path, 'headers': dict(self.headers), 'body': body}, to)
        os.rename(name + '.new', name + '.json')
        number = re.search(r'316(\d{6})(\d\d)', body + self.path)
        answer = ANSWERS.get(number.group(2) if number else '', (400, {}))
        # Once only, so that what is tried again comes through.
        again = FOLDER + '/once'
        if os.path.exists(again) and answer[0] in (429, 503):
            os.unlink(again)
        elif isinstance(answer, tuple) and answer[0] in (429, 503) and os.path.exists(FOLDER + '/patient'):
            answer = ANSWERS['00']
        if os.path.exists(FOLDER + '/refuse'):
            answer = ANSWERS['03']
        if answer == 'hang':
            threading.Event().wait()
        if answer == 'drop':
            self.close_connection = True
            return
        status, text = answer
        text = (text if isinstance(text, str) else json.dumps(text)).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(text)))
        if status == 302:
            self.send_header('Location', '/elsewhere')
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


# Many come at once, and who has to knock again comes late.
http.server.ThreadingHTTPServer.request_queue_size = 512
server = http.server.ThreadingHTTPServer(('127.0.0.1', PORT), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
open(FOLDER + '/ready', 'w').close()
server.serve_forever()
