import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { generateKeyPair } from '@atoll/crypto'
import { type Environment, StartError } from '@atoll/process'

const names = ['PDS_JWT_SECRET', 'PDS_ADMIN_PASSWORD', 'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX'] as const

export type Secrets = Record<(typeof names)[number], string>

/**
 * The secrets in `file`, which only its owner may read. They are generated if there is no file yet.
 * `database`, if given, was made under the secrets of the file, which then must not be missing.
 *
 * @throws StartError
 */
export async function keepSecrets(file: string, database?: string): Promise<Secrets> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unusableSecrets(file, error.code ?? error.message, error)
  })
  if (kept !== undefined) return parseSecrets(kept, file)
  if (database !== undefined) {
    throw unusableSecrets(file, `it is missing, and the accounts in ${database} are under its keys`)
  }
  const made: Secrets = {
    PDS_JWT_SECRET: randomBytes(32).toString('hex'),
    PDS_ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: Buffer.from(generateKeyPair('k256').exportPrivateKey()).toString('hex'),
  }
  // Renamed into place: a start that is cut off must not leave half a file.
  await writeFile(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return made
}

/** Whether the environment has every secret, so that the file is not needed. */
export function hasSecrets(settings: Environment): boolean {
  return names.every((name) => settings[name])
}

function parseSecrets(text: string, file: string): Secrets {
  let parsed: Partial<Secrets> | null
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw unusableSecrets(file, 'it is not JSON', error)
  }
  const missing = names.filter((name) => typeof parsed?.[name] !== 'string' || parsed[name] === '')
  if (missing.length > 0) throw unusableSecrets(file, `it lacks ${missing.join(', ')}`)
  // Just checked: every name is there.
  return parsed as Secrets
}

/** The file is not simply replaced, because the accounts in the folder depend on its keys. */
export function unusableSecrets(file: string, why: string, cause?: unknown): StartError {
  return new StartError(
    `${file} cannot be used (${why}): restore it from a backup, or choose an empty folder with PDS_DATA_DIRECTORY to begin with other secrets.`,
    { cause },
  )
}
