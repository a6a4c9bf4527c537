type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | EventListener>>;

/**
 * Makes an element. Children that are strings become text and attributes are set as text, so that no
 * name, reason or place can ever be read as markup.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(attribute, value);
    else if (value !== false) made.setAttribute(attribute, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const svg = 'http://www.w3.org/2000/svg';

/** A drawing of one path, on a square of `size` units. */
export function drawing(size: number, path: string, attributes: Readonly<Record<string, string>>): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('viewBox', `0 0 ${size} ${size}`);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  const shape = document.createElementNS(svg, 'path');
  shape.setAttribute('d', path);
  made.append(shape);
  return made;
}

/**
 * Makes what is shown the same as what was drawn anew, and leaves alone what is the same already: what a
 * reader is pressing, typing into or having read aloud stays where it is. What stays keeps its listeners:
 * they must not hold on to the data that they were drawn from.
 */
export function patch(shown: ChildNode, drawn: ChildNode): void {
  if (shown.isEqualNode(drawn)) return;
  const [before, after] = [[...shown.childNodes], [...drawn.childNodes]];
  const alike = shown.cloneNode(false).isEqualNode(drawn.cloneNode(false)) && before.length === after.length;
  if (!alike || before.length === 0) shown.replaceWith(drawn);
  else for (const [index, child] of before.entries()) patch(child, after[index]!);
}
