/** A small file in the form that is taken, to begin with: a heading and two rows for `module`, good for a year from `now`. */
export function exampleFile(module: number, now = new Date()): Blob {
  const until = `${now.getFullYear() + 1}-12-31T23:59:59+00:00`;
  const mark = `${now.getFullYear()}-${now.getTime().toString(36)}`;
  const lines = [
    'reference,module,clientUserId,firstName,lastName,expirationDate,availableUsages,resourceIds',
    `${mark}-1,${module},example-1,Ada,Lovelace,${until},2,all`,
    `${mark}-2,${module},example-2,Grace,Hopper,${until},1,all`,
  ];
  return new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' });
}
