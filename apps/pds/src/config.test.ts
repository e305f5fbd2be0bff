import { describe, expect, it } from 'vitest'
import { readConfig, settings } from './config.ts'
import { ConfigError, settingsOf } from './environment.ts'
import { environmentExample, settingsTable } from './settings-documents.ts'

const secrets = {
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
}
const read = (env: Record<string, string>) => readConfig({ ...secrets, ...env })

function problems(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('the configuration', () => {
  it('names everything that is wrong at once', () => {
    const found = problems({
      PDS_PORT: '65536',
      PDS_INVITE_REQUIRED: 'yes',
      PDS_DID_PLC_URL: 'plc.directory',
      PDS_SERVICE_HANDLE_DOMAINS: 'example.com',
    })
    expect(found.map((problem) => problem.split(' ')[0])).toEqual([
      'PDS_PORT',
      'PDS_JWT_SECRET',
      'PDS_ADMIN_PASSWORD',
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
      'PDS_DID_PLC_URL',
      'PDS_SERVICE_HANDLE_DOMAINS',
      'PDS_INVITE_REQUIRED',
    ])
  })

  it('does not repeat a secret that is wrong', () => {
    const [problem] = problems({ ...secrets, PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: 'deadbeef' })
    expect(problem).not.toContain('deadbeef')
  })

  it('refuses a secret that can be guessed', () => {
    expect(problems({ ...secrets, PDS_JWT_SECRET: 'short' })).toEqual([
      expect.stringMatching(/^PDS_JWT_SECRET is shorter than 16/),
    ])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(read({ PDS_PORT: '', PDS_SERVICE_NAME: ' ' }).config.service).toMatchObject({
      port: 2583,
      name: 'localhost PDS',
    })
  })

  it('fills in what follows from the host name', () => {
    const { config } = read({ PDS_HOSTNAME: 'pds.example.com' })
    expect(config.service).toMatchObject({
      did: 'did:web:pds.example.com',
      publicUrl: 'https://pds.example.com',
      name: 'pds.example.com PDS',
    })
    expect(config.identity.handleDomains).toEqual(['.pds.example.com'])
    expect(read({}).config.identity.handleDomains).toEqual(['.test'])
  })

  it.each(['PDS_TRUSTED_PROXIES', 'PDS_RATE_LIMIT_BYPASS_IPS'])('takes addresses and blocks of them for %s', (name) => {
    for (const good of ['203.0.113.5', '203.0.113.0/24, 2001:db8::/32', '::1,', '10.1.2.3/8'])
      expect(problems({ ...secrets, [name]: good }), good).toEqual([])
    for (const bad of [
      'proxy.example.com',
      '203.0.113.0/33',
      '203.0.113',
      'loopback',
      '10.0.0.1:80',
      '*',
      '10.0.0.1 10.0.0.2',
    ])
      expect(problems({ ...secrets, [name]: `::1, ${bad}` }), bad).toEqual([
        expect.stringContaining(
          `${name} must list IP addresses and blocks such as 203.0.113.0/24, separated by commas: '${bad}' is not`,
        ),
      ])
  })

  it('warns of variables that nothing reads', () => {
    expect(read({ PDS_PROT: '80', HOME: '/root' }).warnings).toEqual([expect.stringMatching(/^PDS_PROT /)])
  })
})

describe('the documents about settings', () => {
  it('name every setting, and leave the required ones open', () => {
    for (const { variable } of settingsOf(settings)) {
      expect(settingsTable()).toContain(`| \`${variable}\` |`)
      expect(environmentExample()).toMatch(new RegExp(`^(# )?${variable}=`, 'm'))
    }
    expect(environmentExample()).toMatch(/^PDS_JWT_SECRET=$/m)
  })
})
