import { logSettings, type Values } from '@atoll/process'
import { captcha } from './captcha.ts'
import { crawlers, subscriptions } from './firehose.ts'
import { identity } from './identity.ts'
import { imports } from './imports.ts'
import { invites } from './invites.ts'
import { mail } from './mail.ts'
import { moderation } from './moderation.ts'
import { proxies, rateLimits } from './rate-limits.ts'
import { secrets } from './secrets.ts'
import { service } from './service.ts'
import { signUps } from './sign-ups.ts'
import { blobs, storage } from './storage.ts'

/**
 * Every setting: the variable, its default, its meaning. The documentation and `.env.example` come
 * from here, in this order.
 */
export const settings = {
  service,
  secrets,
  storage,
  blobs,
  imports,
  identity,
  signUps,
  captcha,
  invites,
  mail,
  moderation,
  subscriptions,
  crawlers,
  proxies,
  rateLimits,
  log: logSettings,
} as const

export type SettingValues = Values<typeof settings>
