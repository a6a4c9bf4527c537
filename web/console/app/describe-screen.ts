import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { IconName } from '../parts/icon.tsx';
import type { Language } from '../words/catalogue.ts';
import type { Session } from './session.tsx';

/**
 * A screen: a folder of its own, described in its `screen.ts` and named in `screens.ts`. Its code
 * is fetched when somebody first opens it.
 */
export interface Screen {
  /** Its part of the address, after the programme. */
  readonly path: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly icon: IconName;
  readonly group: 'groupDay' | 'groupSetUp' | 'groupAccounts';
  /** The least that somebody must be to see it. */
  readonly role: Session['account']['role'];
  readonly Page: LazyExoticComponent<ComponentType>;
}

/** Makes a screen of its description; `load` imports the module that has the page as its default. */
export function describeScreen(
  about: Omit<Screen, 'Page'>,
  load: () => Promise<{ readonly default: ComponentType }>,
): Screen {
  return { ...about, Page: lazy(load) };
}
