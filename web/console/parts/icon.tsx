/** Line drawings of 24 by 24, by name. A screen that needs another one adds its path here. */
const paths = {
  today: 'M3 12h4l3-8 4 16 3-8h4',
  pass: 'M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v2.500a2.500 2.500 0 0 0 0 5V17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-2.500a2.500 2.500 0 0 0 0-5zM14 9v1M14 14v1',
  report: 'M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'm5 13 4 4L19 7',
  cross: 'm6 6 12 12M18 6 6 18',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4',
  plus: 'M12 5v14M5 12h14',
  down: 'm6 9 6 6 6-6',
  right: 'm9 6 6 6-6 6',
  left: 'm15 6-6 6 6 6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-5.500 8-5.500s7 1.500 8 5.500',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M4.900 4.900l1.400 1.400M17.700 17.700l1.400 1.400M2 12h2M20 12h2M4.900 19.100l1.400-1.400M17.700 6.300l1.400-1.400',
  pause: 'M9 6v12M15 6v12',
  play: 'm8 5 11 7-11 7z',
  back: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  save: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  warn: 'M12 4 2.500 20h19zM12 10v4M12 17v.500',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  place: 'M12 21s7-6.500 7-12a7 7 0 0 0-14 0c0 5.500 7 12 7 12zM12 6.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z',
  key: 'M15 4a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11.500 12.500 4 20M7 17l2 2M15 8.500v1',
  send: 'M21 4 3 11l7 3 3 7zM21 4 10 14',
  people:
    'M9 5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM2.500 20c.500-4 3-5.500 6.500-5.500s6 1.500 6.500 5.500M16 5.500a3.200 3.200 0 0 1 0 6.200M18 14.800c2 .600 3.200 2.200 3.500 5.200',
  log: 'M6 3h9l4 4v14H6zM9 10h7M9 14h7M9 18h4',
  device: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2',
  rows: 'M4 5h16v14H4zM4 10h16M4 14.500h16M9 5v14',
  upload: 'M12 16V5M7 10l5-5 5 5M4 20h16',
  stop: 'M7 7h10v10H7z',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  dot: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means is always said in words beside it, or in the label of its button. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
