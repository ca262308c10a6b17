/** Takes secrets out of what is kept or shown. Pure: the same text gives the same answer, and a second time changes nothing. */
export abstract class Redactor {
  abstract text(text: string): string;

  /** Whether `text` would change it. */
  holdsSecret(text: string): boolean {
    return this.text(text) !== text;
  }

  /** The same for every string and key of plain JSON; answers the very value where nothing looks like a secret. */
  abstract data<T extends object>(data: T): T;
}

/** Takes nothing out. */
export class NoRedactor extends Redactor {
  override text(text: string): string {
    return text;
  }

  override data<T extends object>(data: T): T {
    return data;
  }
}
