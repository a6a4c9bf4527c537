/**
 * How often the long tests do what they do. Every run takes the first count, so that all of it stays within
 * minutes; `npm run test:thorough` takes the second, which is the one that is promised.
 */
const thorough = process.env.PASSDESK_TEST_COUNTS === 'thorough';

export const counted = (usual: number, promised: number): number => (thorough ? promised : usual);

/** Milliseconds for one of these tests. */
export const longest = counted(600_000, 7_200_000);
