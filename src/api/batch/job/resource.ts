import { resource } from '#api/resource.ts'
import { Job, JobList } from './message.ts'

export const jobs = resource('jobs', Job, JobList, { categories: ['all'] })
