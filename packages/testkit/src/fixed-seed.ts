import { configureGlobal } from 'fast-check'

// Run before every test file: properties see the same values in every run, so that a red run can be repeated and a green one means the
// same everywhere. `FAST_CHECK_SEED=random` looks further; a failure prints the seed to repeat it with.
const given = process.env['FAST_CHECK_SEED'] ?? '20221018'
if (given !== 'random') configureGlobal({ seed: Number(given) })
