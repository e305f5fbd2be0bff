export { type Program, type ProgramArgument, programArguments, refuseArguments } from './command-line.ts'
export { type Chore, Housekeeping } from './housekeeping.ts'
export {
  explainingListen,
  type ListenAddress,
  type ListenAdvice,
  type ListeningRouter,
  type ListenVariables,
  listenSettings,
  serveRouter,
} from './listening.ts'
export { createLog, type Log, type LogFields, type LogOptions, logSettings } from './log.ts'
export { type Notices, openNotices } from './notices.ts'
export { packageVersion } from './package-version.ts'
export { runService } from './run-service.ts'
export {
  environmentExample,
  type SettingsPage,
  settingsHelp,
  settingsPage,
  type UnsupportedSection,
  writeDocuments,
} from './settings/documents.ts'
export { type Environment, givenText } from './settings/environment.ts'
export {
  isPublicHost,
  parseEmailAddress,
  parseHandleDomain,
  parseHostname,
  parseNameserver,
  parseRelay,
} from './settings/hosts.ts'
export { flag, integer, list, parsed, parsedList, required, text, url } from './settings/kinds.ts'
export {
  ConfigError,
  type EnvironmentReading,
  readEnvironment,
  readSettings,
  type SettingsRules,
} from './settings/read-settings.ts'
export { type PartialValues, type Schema, type Setting, settingsOf, type Values } from './settings/setting.ts'
export type { UnsupportedSetting } from './settings/unsupported.ts'
export { type ConfiguredPath, explainingStart, StartError } from './start-failure.ts'
