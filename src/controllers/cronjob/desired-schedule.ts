import type { CronJob } from '#api/batch/cronjob/message.ts'
import { parseSchedule, ScheduleError } from '#api/batch/cronjob/schedule.ts'
import { timeZoneProblem } from '#api/batch/cronjob/time-zone.ts'
import { millisecondsOf } from '../values/time.ts'
import { nextTime } from './desired-time.ts'

/** Something that is told in an Event. */
export interface Remark {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** The next time after another (ms since the epoch); undefined: there is none. */
export type Next = (after: number) => number | undefined

const warning = (reason: string, message: string): Remark => ({ type: 'Warning', reason, message })

/** A CronJob's times, or why it has none, in Kubernetes' words. */
export const timesOf = ({ spec }: CronJob): { readonly next: Next } | { readonly remark: Remark } => {
  const { schedule = '', timeZone } = spec ?? {}
  const problem = timeZone === undefined ? undefined : timeZoneProblem(timeZone)
  if (problem !== undefined)
    return { remark: warning('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: ${problem}`) }
  try {
    const parsed = parseSchedule(schedule)
    if ('every' in parsed) return { next: (after) => Math.floor(after / 1000) * 1000 + parsed.every }
    const zone = parsed.timeZone || timeZone || 'UTC'
    return { next: (after) => nextTime(parsed.calendar, after, zone) }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error
    const text = `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`
    return { remark: warning('UnparseableSchedule', text) }
  }
}

/** So many starts may be missed without a word. */
const MANY = 100
/** After the time itself, so that it has come whatever rounds it. */
const DELTA_MS = 100

interface Times {
  /** The last that has come and has had no Job yet. */
  readonly scheduled: number | undefined
  /** Milliseconds until the next. */
  readonly dueIn: number | undefined
  readonly remark?: Remark
}

export const lookAtTimes = (cronJob: CronJob, next: Next, now: number): Times => {
  const { startingDeadlineSeconds } = cronJob.spec ?? {}
  const began = millisecondsOf(cronJob.status?.lastScheduleTime ?? cronJob.metadata?.creationTimestamp)
  const earliest = startingDeadlineSeconds === undefined ? began : Math.max(began, now - startingDeadlineSeconds * 1000)
  const { last: scheduled, missed } = lastTime(earliest, next, now)
  const whenever = earliest === began ? scheduled : lastTime(began, next, now).last
  const following = next(whenever ?? began)
  const times = { scheduled, dueIn: following === undefined ? undefined : Math.max(0, following + DELTA_MS - now) }
  if (missed <= MANY) return times
  const text = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
  return { ...times, remark: warning('TooManyMissedTimes', text) }
}

/** The last time after `from` that has come, and how many have, about: what lies far back is reckoned, not counted. */
const lastTime = (
  from: number,
  next: Next,
  now: number,
): { readonly last: number | undefined; readonly missed: number } => {
  const first = next(from)
  if (first === undefined || first > now) return { last: undefined, missed: 0 }
  const second = next(first)
  if (second === undefined || second > now) return { last: first, missed: 1 }
  const between = second - first
  const missed = Math.floor((now - first) / between) + 1
  // Of an even schedule the last is near; an uneven one may have none there, and is gone through.
  const near = next(Math.max(first, now - 2 * between))
  let last = near === undefined || near > now ? second : near
  for (let at = next(last); at !== undefined && at <= now; at = next(at)) last = at
  return { last, missed }
}
