import { configureGlobal } from 'fast-check'

// Runs before every test file: properties see the same values in every run, so a failure can be
// repeated and a pass means the same everywhere. `FAST_CHECK_SEED=random` tries other values; a
// failure prints the seed.
const given = process.env['FAST_CHECK_SEED'] ?? '20221018'
if (given !== 'random') configureGlobal({ seed: Number(given) })
