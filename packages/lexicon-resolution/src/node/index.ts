export { runLexiconCommand } from './command.ts'
export { type InstallOptions, type InstallReport, installLexicons } from './install.ts'
export { type NetworkOptions, type OpenNetwork, openNetwork } from './network.ts'
