# SPDX-License-Identifier: BSD-2-Clause
# A mail server for tests (aiosmtpd): python3 smtpd.py PORT FOLDER [CERTIFICATE KEY]
#
# What it hears goes to FOLDER/heard, a line each; messages that it takes to FOLDER/1.eml and so on.  What it answers
# stands in FOLDER/answers: lines LOCAL-PART WHERE ANSWER, read anew each time; WHERE is rcpt, data (before the
# message), dot (after it) or quit (LOCAL-PART is * then), ANSWER a line of SMTP's, "hang" (no word, for ever) or "drop"
# (it hangs up).
import asyncio
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
count = 0


def hear(*words):
    with open(FOLDER + '/heard', 'a') as to:
        print(*words, file=to)


def answer_of(address, where):
    local = address.split('@')[0]
    try:
        with open(FOLDER + '/answers') as lines:
            for line in lines:
                who, at, answer = line.rstrip('\n').split(' ', 2)
                if who == local and at == where:
                    return answer
    except FileNotFoundError:
        pass
    return None


class Server(SMTP):
    async def smtp_EHLO(self, hostname):
        hear('EHLO', hostname)
        await super().smtp_EHLO(hostname)


class Handler:
    async def say(self, server, address, where, otherwise):
        answer = answer_of(address, where)
        if answer == 'hang':
            await asyncio.sleep(3600)
        if answer == 'drop':
            server.transport.abort()
        return answer or otherwise

    async def handle_MAIL(self, server, session, envelope, address, options):
        hear('MAIL', address, options)
        envelope.mail_from = address
        return '250 OK'

    async def handle_RCPT(self, server, session, envelope, address, options):
        hear('RCPT', address, options)
        answer = await self.say(server, address, 'rcpt', '250 OK')
        if answer.startswith('250'):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_QUIT(self, server, session, envelope):
        hear('QUIT')
        return await self.say(server, '*', 'quit', '221 Bye')

    async def handle_DATA(self, server, session, envelope):
        global count
        hear('DATA', 'tls' if session.ssl else 'plain', 'login' if session.authenticated else 'anybody')
        answer = await self.say(server, envelope.rcpt_tos[0], 'dot', '250 2.0.0 taken')
        if answer.startswith('250'):
            count += 1
            with open('%s/%d.new' % (FOLDER, count), 'wb') as to:
                to.write(envelope.content)
            os.rename('%s/%d.new' % (FOLDER, count), '%s/%d.eml' % (FOLDER, count))
        return answer


def log_in(server, session, envelope, mechanism, data):
    right = data.login == b'mfa' and data.password == b'right horse'
    hear('AUTH', mechanism, right)
    return AuthResult(success=right, handled=False)


class Here(Controller):
    def factory(self):
        return Server(self.handler, **self.SMTP_kwargs)


context = None
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
here = Here(Handler(), hostname='127.0.0.1', port=PORT, tls_context=context, auth_required=context is not None,
            authenticator=log_in, auth_require_tls=True, ready_timeout=60)
here.start()
hear('READY', PORT)
asyncio.new_event_loop().run_forever()
