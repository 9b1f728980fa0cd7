/** Pages put together from text: everything is escaped but what this file made. */
import escapeHtml from 'escape-html';

export class Markup {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Part = string | number | Markup;

/** Markup with values in it, escaped unless they are markup; of a list, one after the other. */
export function html(
  texts: TemplateStringsArray,
  ...values: readonly (Part | readonly Part[])[]
): Markup {
  const parts = values.map(value =>
    [value]
      .flat()
      .map(part =>
        part instanceof Markup ? part.toString() : escapeHtml(String(part)),
      )
      .join(''),
  );
  return new Markup(String.raw({ raw: texts }, ...parts));
}
