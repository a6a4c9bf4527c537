import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { go } from './route.ts';

/** A link within the console: the page stays, unless the reader asks for a new tab. */
export function Link({
  href,
  onClick,
  ...others
}: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || elsewhere) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={follow} {...others} />;
}
