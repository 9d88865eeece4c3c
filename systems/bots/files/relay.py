"""Carries TCP connections from one address to another: relay.py LISTEN TARGET, each host:port.

bots knows the job queue only at localhost: its server listens there, and its client calls there. One
relay in the web server's pod and one in the job queue's make two pods of it.
"""

import asyncio
import signal
import sys


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except ConnectionError:
        writer.close()


async def carry(target, reader, writer):
    try:
        onward_reader, onward_writer = await asyncio.open_connection(*target)
    except OSError as error:
        # The caller sees a closed connection, as it would of a server that is down.
        print(f"relay: {target[0]}:{target[1]} cannot be reached: {error}", flush=True)
        writer.close()
        return
    await asyncio.gather(pump(reader, onward_writer), pump(onward_reader, writer))
    onward_writer.close()
    writer.close()


async def main(listen, target):
    server = await asyncio.start_server(lambda r, w: carry(target, r, w), *listen)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        print(f"relay: {listen[0]}:{listen[1]} to {target[0]}:{target[1]}", flush=True)
        await stop.wait()


asyncio.run(main(address(sys.argv[1]), address(sys.argv[2])))
