import { usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { FindPasses } from './find-passes.tsx';
import { IssuePass } from './issue-pass.tsx';
import { PassDetails } from './pass-details.tsx';

/** Passes: the search, one pass by its id, or the form that issues one. */
export default function Passes() {
  const { rest } = usePlace();
  const may = useMay();
  const [inside] = rest;
  if (inside === undefined) return <FindPasses />;
  if (inside === 'issue' && may('operator')) return <IssuePass />;
  return <PassDetails key={inside} passId={inside} />;
}
