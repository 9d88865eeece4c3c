import type { Note, Thread } from "./forge";

/** One message of a kind: found by its mark, which no reader sees. */
export interface Message {
  readonly mark: string;
  readonly title: string;
  readonly body: string;
}

/** Adds the message, or edits the one of an earlier run in its place. @returns What was done. */
export async function say(thread: Thread, message: Message): Promise<"added" | "edited"> {
  const text = `${message.mark}\n${message.body}`;
  const earlier = await find(thread, message);
  if (earlier === undefined) {
    await thread.add(message.title, text);
    return "added";
  }
  await thread.edit(earlier.id, text);
  return "edited";
}

/** Ends the message of an earlier run with a last word, if there is one. @returns Whether there was. */
export async function settle(thread: Thread, message: Message): Promise<boolean> {
  const earlier = await find(thread, message);
  if (earlier === undefined) return false;
  await thread.edit(earlier.id, `${message.mark}\n${message.body}`);
  await thread.close(earlier.id);
  return true;
}

async function find(thread: Thread, { mark }: Message): Promise<Note | undefined> {
  return (await thread.list()).find(({ body }) => body.startsWith(mark));
}
