/** The languages the console speaks; English comes first and every other is complete. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/**
 * A message: text with `{names}` for values, or one text for each plural form that the language has,
 * chosen by the value called `count`.
 */
export type Message =
  | string
  | {
      readonly one?: string;
      readonly two?: string;
      readonly few?: string;
      readonly many?: string;
      readonly other: string;
    };

export type Values = Readonly<Record<string, string | number>>;

export interface Catalogue<Key extends string> {
  readonly en: Readonly<Record<Key, Message>>;
  readonly de: Readonly<Record<Key, Message>>;
}

/** The messages of one room in every language: whatever English has, the others must have. */
export function catalogue<const En extends Readonly<Record<string, Message>>>(words: {
  readonly en: En;
  readonly de: Readonly<Record<keyof En & string, Message>>;
}): Catalogue<keyof En & string> {
  return words;
}

/** Says a message with its values put in. */
export function say<Key extends string>(
  words: Catalogue<Key>,
  language: Language,
  key: Key,
  values: Values = {},
): string {
  const message = words[language][key];
  const text = typeof message === 'string' ? message : formOf(message, language, Number(values.count));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}

function formOf(forms: Exclude<Message, string>, language: Language, count: number): string {
  return forms[new Intl.PluralRules(language).select(count) as 'one' | 'other'] ?? forms.other;
}

/** The first of a reader's languages that the console speaks. */
export function languageFor(preferred: readonly string[]): Language {
  const spoken = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return languages.find((language) => language === spoken.find((tag) => languages.includes(tag as Language))) ?? 'en';
}
