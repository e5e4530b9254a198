# SPDX-License-Identifier: BSD-2-Clause
# An mfad that says what it is told, to see what mfa-sender makes of it: python3 mfad.py SOCKET <ROWS
#
# Waits for an mfa-sender, prints what that says of itself, sends it each line of the input as a ROW, and prints what comes
# back, a line each, until as many answers have come as there are rows with an id, or it has hung up.
import json
import os
import socket
import struct
import sys

ROW, JSON = 69, 11


def receive(peer):
    packet = peer.recv(65536)
    at = 1
    while at + 3 <= len(packet):
        tag, length = struct.unpack('>BH', packet[at:at + 3])
        if tag == JSON:
            return packet[at + 3:at + 3 + length].decode()
        at += 3 + length
    return None


path, rows = sys.argv[1], [line.rstrip('\n') for line in sys.stdin]
if os.path.exists(path):
    os.unlink(path)
server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
server.bind(path)
os.chmod(path, 0o666)
server.listen(1)
peer = server.accept()[0]
peer.settimeout(60)
print(receive(peer), flush=True)
wanted = 0
for row in rows:
    text = row.encode()
    peer.send(struct.pack('>BBH', ROW, JSON, len(text)) + text)
    try:
        wanted += 'id' in json.loads(row)
    except ValueError:
        pass
while wanted > 0:
    said = receive(peer)
    if said is None:
        print('hung up')
        break
    print(said, flush=True)
    wanted -= json.loads(said)['result'] != 'retry'
