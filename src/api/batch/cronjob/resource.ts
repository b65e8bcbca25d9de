import { resource } from '#api/resource.ts'
import { CronJob, CronJobList } from './message.ts'

export const cronJobs = resource('cronjobs', CronJob, CronJobList, { shortNames: ['cj'], categories: ['all'] })
