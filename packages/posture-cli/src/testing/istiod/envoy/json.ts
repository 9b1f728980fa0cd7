/**
 * Protobuf messages as istiod's debug interface writes them: JSON with fields
 * of zero value left out. What a reader does not know is an error, never
 * ignored: an oracle that overlooks a condition would judge wrongly.
 */

export type Message = Readonly<Record<string, unknown>>;

export function messageOf(value: unknown): Message {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`not a message: ${JSON.stringify(value)}`);
  }
  return value as Message;
}

/** A repeated field of messages. */
export function messagesOf(value: unknown): Message[] {
  return listOf(value).map(messageOf);
}

export function listOf(value: unknown): unknown[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new Error(`not a list: ${JSON.stringify(value)}`);
  }
  return value;
}

export function textsOf(value: unknown): string[] {
  return listOf(value).map(String);
}

export function textOf(value: unknown): string {
  return value === undefined ? '' : String(value);
}

/** The one field that a union of fields has set. */
export function oneOf(message: Message): [string, unknown] {
  const fields = Object.entries(message).filter(([key]) => key !== '@type');
  if (fields.length !== 1) {
    throw new Error(`not one of several fields: ${JSON.stringify(message)}`);
  }
  return fields[0];
}

export function unknownField(what: string, message: unknown): Error {
  return new Error(
    `the evaluator of the tests does not know ${what}: ${JSON.stringify(
      message,
    )}`,
  );
}
