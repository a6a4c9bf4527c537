import { Component, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Empty } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useLanguage, useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import { AccountMenu } from './account-menu.tsx';
import { Brand } from './brand.tsx';
import type { Screen } from './describe-screen.ts';
import { FindPass } from './find-pass.tsx';
import { Link } from './link.tsx';
import { Menu } from './menu.tsx';
import { ProgrammeSwitch } from './programme-switch.tsx';
import { type Programme, ProgrammeContext, useProgrammes } from './programmes.tsx';
import { addressFor, go, type Place, usePlace } from './route.ts';
import { screens } from './screens.ts';
import { useMay } from './session.tsx';
import styles from './shell.module.css';

/** The frame around every screen, for who is signed in. */
export function Shell() {
  const { programmes, problem, retry } = useProgrammes();
  const t = useWords(shellWords);
  const place = usePlace();
  const may = useMay();
  const first = screens.find(({ role }) => may(role))!;
  const programme = programmes?.find(({ programId }) => programId === place.programId);
  useEffect(() => {
    // An address without a programme, or without a screen, leads to the first there is.
    if (programmes === undefined || programmes.length === 0) return;
    const programId = place.programId ?? lastProgramme(programmes);
    if (place.programId === null || place.screen === null) go(addressFor(programId, first.path), 'replace');
    else if (programme !== undefined) keepLast(programId);
  }, [programmes, programme, place, first]);
  if (problem !== null) {
    return (
      <main className={styles.alone}>
        <ProblemNote problem={problem} onRetry={retry} />
      </main>
    );
  }
  if (programmes === undefined) return null;
  return (
    <Frame programmes={programmes} programme={programme}>
      {programmes.length === 0 && <Empty title={t('noProgrammes')}>{t('noProgrammesText')}</Empty>}
      {programmes.length > 0 && place.programId !== null && programme === undefined && (
        <Empty title={t('unknownProgramme')}>
          <Link href="/console">{t('toStart')}</Link>
        </Empty>
      )}
      {programme !== undefined && (
        <ProgrammeContext value={programme}>
          <ScreenOf key={programme.programId} place={place} />
        </ProgrammeContext>
      )}
    </Frame>
  );
}

const kept = 'passdesk-programme';

function keepLast(programId: string): void {
  localStorage.setItem(kept, programId);
}

function lastProgramme(programmes: readonly Programme[]): string {
  const last = localStorage.getItem(kept);
  return (programmes.find(({ programId }) => programId === last) ?? programmes[0]!).programId;
}

interface FrameProps {
  readonly programmes: readonly Programme[];
  readonly programme: Programme | undefined;
  readonly children: ReactNode;
}

function Frame({ programmes, programme, children }: FrameProps) {
  const t = useWords(shellWords);
  const [open, setOpen] = useState(false);
  const place = usePlace();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going anywhere closes the menu
  useEffect(() => setOpen(false), [place]);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [open]);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('toContent')}
      </a>
      <header className={styles.top}>
        <button
          type="button"
          className={styles.burger}
          aria-expanded={open}
          aria-controls="menu"
          onClick={() => setOpen(!open)}
        >
          <Burger label={t(open ? 'closeMenu' : 'openMenu')} />
        </button>
        <Link href="/console" className={styles.home}>
          <Brand />
        </Link>
        <div className={styles.switch}>
          <ProgrammeSwitch programmes={programmes} programme={programme} />
        </div>
        {programme !== undefined && (
          <div className={styles.find}>
            <FindPass programId={programme.programId} />
          </div>
        )}
        <AccountMenu />
      </header>
      <Menu open={open} programme={programme} />
      <main className={styles.content} id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Burger({ label }: { readonly label: string }) {
  return (
    <svg width={20} height={20} viewBox="0 0 24 24" role="img" fill="none" stroke="currentColor" strokeWidth={1.8}>
      <title>{label}</title>
      <path d="M4 7h16M4 12h16M4 17h16" strokeLinecap="round" />
    </svg>
  );
}

function ScreenOf({ place }: { readonly place: Place }) {
  const t = useWords(shellWords);
  const { language } = useLanguage();
  const may = useMay();
  const path = place.screen;
  const screen: Screen | undefined = screens.find((known) => known.path === path && may(known.role));
  const title = screen?.title[language];
  const here = [path, ...place.rest].join('/');
  const shown = useRef(here);
  useEffect(() => {
    document.title = title === undefined ? t('product') : `${title} · ${t('product')}`;
    // What is new is read from its beginning, by eyes and by screen readers alike.
    if (shown.current === here) return;
    shown.current = here;
    document.getElementById('content')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [here, title, t]);
  if (path === null) return null;
  if (screen === undefined) {
    return (
      <Empty title={t('nothingThere')}>
        {t('nothingThereText')} <Link href="/console">{t('toStart')}</Link>
      </Empty>
    );
  }
  return (
    <Guard key={path}>
      <Suspense fallback={<div className={styles.waiting} />}>
        <screen.Page />
      </Suspense>
    </Guard>
  );
}

/** Keeps a fault of one screen from taking the frame with it. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const t = useWords(shellWords);
  return (
    <Empty title={t('screenBroken')}>
      {t('screenBrokenText')}{' '}
      <button type="button" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </Empty>
  );
}
