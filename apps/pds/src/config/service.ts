import { didWebUrl } from '@atoll/identity'
import { flag, listenSettings, parsed, parseEmailAddress, parseHostname, text, url } from '@atoll/process'
import type { Did } from '@atoll/syntax'

export const listenVariables = { port: 'PDS_PORT', bindAddress: 'PDS_BIND_ADDRESS' } as const

export const service = {
  hostname: parsed(
    'PDS_HOSTNAME',
    'a bare host name',
    'localhost',
    'public host name, such as pds.example.com',
    (given) => parseHostname(given, listenVariables.port),
  ),
  ...listenSettings(listenVariables, 2583),
  did: parsed(
    'PDS_SERVICE_DID',
    'a DID',
    undefined,
    'DID of this service; did:web of the host name where unset',
    parseServiceDid,
  ),
  name: text('PDS_SERVICE_NAME', undefined, 'name that pages and mails show; "HOST PDS" where unset'),
  version: text('PDS_VERSION', undefined, 'version that the health check reports; that of the package where unset'),
  homeUrl: url('PDS_HOME_URL', undefined, 'home page of the operator'),
  privacyPolicyUrl: url('PDS_PRIVACY_POLICY_URL', undefined, 'privacy policy, shown by describeServer'),
  termsOfServiceUrl: url('PDS_TERMS_OF_SERVICE_URL', undefined, 'terms of service, shown by describeServer'),
  contactEmailAddress: parsed(
    'PDS_CONTACT_EMAIL_ADDRESS',
    'an e-mail address',
    undefined,
    'address of the operator, shown by describeServer',
    parseEmailAddress,
  ),
  developmentMode: flag(
    'PDS_DEV_MODE',
    false,
    'for development on your own machine: http and private addresses are allowed',
  ),
} as const

/** The network resolves two DID methods, and did:web only for host names. */
export function parseServiceDid(given: string): Did {
  if (/^did:plc:[a-z2-7]{24}$/.test(given)) return given as Did // just checked
  try {
    didWebUrl(given as Did, { allowLocalhost: true })
    return given as Did // it has the address of a document
  } catch {
    throw new Error(`'${given}' is neither did:web with a host name, such as did:web:pds.example.com, nor did:plc`)
  }
}
