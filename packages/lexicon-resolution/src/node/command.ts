import { parseArgs } from 'node:util'
import { type CommandOutput, isCorrectable, runCodegen } from '@atoll/lexicon/node'
import { isNsid, type Nsid } from '@atoll/syntax'
import { LexiconResolutionError } from '../errors.ts'
import { type InstallOptions, type InstallReport, installLexicons } from './install.ts'
import { type NetworkOptions, type OpenNetwork, openNetwork } from './network.ts'

const HELP = `Usage: atoll-lexicon <command> [options]

  install [NSID...]             fetch published lexicon documents, and what they refer to
  generate DOCUMENTS MODULES    write TypeScript modules for documents (also: atoll-lexicon-codegen)

\`atoll-lexicon <command> --help\` explains each.`

const INSTALL_HELP = `Usage: atoll-lexicon install [NSID...] [options]

Fetches published lexicon documents into a folder: those named, those that your own documents there
refer to, and what these refer to in turn. Each is found by the DNS and proven by the repository of
the account that publishes it. A file, lexicons.json, keeps what was installed and from where:
without NSIDs, what it names is installed again, and documents that are there are not fetched.

Options:
  --lexicons FOLDER    folder of documents (default: lexicons)
  --manifest FILE      what was installed (default: lexicons.json)
  --import PACKAGE     leave out what an installed package publishes, such as @atoll/lexicons.
                       May be repeated; the manifest remembers it
  --update             fetch everything again, and take what is published now
  --check              write nothing; fail when something would change
  --nameserver ADDR    ask this DNS server, host or host:port. May be repeated (default: the system's)
  --plc-url URL        directory of did:plc (default: https://plc.directory)
  --allow-private      development: also take servers without a public address
  --help               this text

Exit codes: 0 done, 1 refused or (--check) not up to date, 2 wrong arguments.`

/**
 * Runs `atoll-lexicon`. Returns the exit code.
 *
 * @param open opens the network that documents are fetched from
 */
export async function runLexiconCommand(
  args: readonly string[],
  output: CommandOutput = console,
  open: (options: NetworkOptions) => OpenNetwork = openNetwork,
): Promise<number> {
  const [command, ...rest] = args
  if (command === 'generate') return runCodegen(rest, 'atoll-lexicon generate', output)
  if (command === 'install') return runInstall(rest, output, open)
  if (command === '--help' || command === '-h') {
    output.log(HELP)
    return 0
  }
  output.error(command === undefined ? HELP : `there is no command ${command}\n\n${HELP}`)
  return 2
}

async function runInstall(
  args: readonly string[],
  output: CommandOutput,
  open: (options: NetworkOptions) => OpenNetwork,
): Promise<number> {
  let read: ReturnType<typeof readArguments>
  try {
    read = readArguments(args)
  } catch (error) {
    output.error(`${(error as Error).message}\nSee atoll-lexicon install --help`)
    return 2
  }
  if (read === 'help') {
    output.log(INSTALL_HELP)
    return 0
  }
  const network = open(read.network)
  try {
    return report(await installLexicons({ ...read.install, network }), read.install.check, output)
  } catch (error) {
    if (!isCorrectable(error) && !(error instanceof LexiconResolutionError)) throw error
    output.error(error.message)
    return 1
  } finally {
    await network.close()
  }
}

function readArguments(args: readonly string[]) {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      lexicons: { type: 'string', default: 'lexicons' },
      manifest: { type: 'string', default: 'lexicons.json' },
      import: { type: 'string', multiple: true, default: [] },
      update: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      nameserver: { type: 'string', multiple: true, default: [] },
      'plc-url': { type: 'string', default: 'https://plc.directory' },
      'allow-private': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const wrong = positionals.find((text) => !isNsid(text))
  if (wrong !== undefined) throw new Error(`${wrong} is not an NSID, such as com.example.reef.sighting`)
  if (!URL.canParse(values['plc-url'])) throw new Error(`--plc-url ${values['plc-url']} is not a URL`)
  const { lexicons: folder, manifest, update, check } = values
  return {
    install: { lexicons: positionals as Nsid[], folder, manifest, imports: values.import, update, check },
    network: {
      plcUrl: values['plc-url'],
      nameservers: values.nameserver,
      allowPrivate: values['allow-private'],
    },
  } satisfies { install: Omit<InstallOptions, 'network'>; network: object }
}

function report({ installed, added, updated, removed, moved }: InstallReport, check: boolean, output: CommandOutput) {
  const changes = { added, updated, removed }
  const print = check ? output.error.bind(output) : output.log.bind(output)
  for (const [change, nsids] of Object.entries(changes)) for (const nsid of nsids) print(`${change} ${nsid}`)
  for (const nsid of moved) output.error(`${nsid} is published by another account than before: see the manifest`)
  output.log(`${installed} documents installed`)
  const isUpToDate = Object.values(changes).every((nsids) => nsids.length === 0)
  return check && !isUpToDate ? 1 : 0
}
