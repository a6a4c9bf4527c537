/** What schemas and their validators are made with. The build puts the library into this very file: see tools/pack-typebox.mjs. */
import { Settings } from 'typebox/system';

export { Type } from 'typebox';
export { Compile } from 'typebox/compile';

// It stops at 8 faults by default, which would hide fields that are wrong behind others.
Settings.Set({ maxErrors: 4096 });
