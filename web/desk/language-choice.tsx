/** @jsxImportSource preact */
import type { Desk } from './desk.ts';
import { Choice } from './menu.tsx';

/** Each language under its own name. */
export function LanguageChoice({ desk }: { readonly desk: Desk }) {
  return (
    <Choice
      label={desk.words.page.language}
      options={[
        ['en', 'English'],
        ['de', 'Deutsch'],
      ]}
      chosen={desk.state.settings.language}
      onChoose={(language) => desk.change({ language })}
    />
  );
}
