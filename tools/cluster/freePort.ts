import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports for servers that need one before they start. Below those that the kernel gives to connections and
 * to listeners that name none (from 32768 on Linux), so that nothing gets the port by chance until the
 * server takes it; and below those of the embedded cluster (from 20000).
 */
const range = [10_000, 20_000] as const;

/**
 * A port of the loopback interface that nobody listens on.
 *
 * @param wanted - Taken if it is free. @default one by chance from 10000 to 19999
 * @throws The reason of the last, if twenty ports in a row are taken.
 */
export async function freePort(wanted = randomInt(...range), tries = 20): Promise<number> {
  const server = createServer().listen(wanted, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (tries > 1) return freePort(undefined, tries - 1);
    throw error;
  }
  server.close();
  await once(server, "close");
  return wanted;
}
