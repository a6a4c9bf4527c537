import { usePlace } from '../app/route.ts';
import { JobDetails } from './job-details.tsx';
import { JobList } from './job-list.tsx';

/** Files of passes: sending one, the verdict of each row, and the jobs that issue them. */
export default function Bulk() {
  const [jobId] = usePlace().rest;
  return jobId === undefined ? <JobList /> : <JobDetails key={jobId} jobId={jobId} />;
}
