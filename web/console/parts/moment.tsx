import { useFormats } from '../words/formats.ts';

/** An instant in the reader's zone; pointing at it tells it to the second, with the zone. */
export function Moment({
  at,
  as = 'moment',
}: {
  readonly at: string;
  readonly as?: 'moment' | 'day' | 'time' | 'distance';
}) {
  const formats = useFormats();
  return (
    <time dateTime={at} title={formats.exact(at)}>
      {formats[as](at)}
    </time>
  );
}
