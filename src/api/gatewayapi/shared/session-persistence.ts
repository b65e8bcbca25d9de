import { oneOf, optional, string } from '#schema/schema.ts'
import { message } from '../group.ts'

const SessionPersistenceType = oneOf('Cookie', 'Header')
const CookieLifetimeType = oneOf('Permanent', 'Session')

export class CookieConfig extends message('CookieConfig', {
  lifetimeType: optional(1, CookieLifetimeType),
}) {}

/** Times are durations as in `1h30m`: of h, m, s and ms. */
export class SessionPersistence extends message('SessionPersistence', {
  sessionName: optional(1, string),
  absoluteTimeout: optional(2, string),
  idleTimeout: optional(3, string),
  type: optional(4, SessionPersistenceType),
  cookieConfig: optional(5, CookieConfig),
}) {}
