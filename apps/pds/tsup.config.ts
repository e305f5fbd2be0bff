import { rmSync } from 'node:fs'
import { defineConfig } from 'tsup'
import base from '../../tsup.base.ts'

const preset = typeof base === 'function' || Array.isArray(base) ? {} : { ...base, clean: false }

// The two builds run at the same time: neither may clean up after the other has begun.
rmSync('dist', { recursive: true, force: true })

/** The library as the preset has it; the program in one piece, since finding and loading many small files would be most of its start. */
export default defineConfig([
  { ...preset, entry: ['src/index.ts'] },
  {
    ...preset,
    entry: ['src/main.ts'],
    platform: 'node',
    onSuccess: undefined,
    sourcemap: false,
    // All but what has native parts of its own.
    noExternal: [/^(?!better-sqlite3$|secp256k1$)/],
    // Some of what comes in is CommonJS, and asks for Node's modules.
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'\nconst require = requireHere(import.meta.url)",
    },
  },
])
