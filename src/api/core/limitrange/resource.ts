import { resource } from '#api/resource.ts'
import { LimitRange, LimitRangeList } from './message.ts'

export const limitRanges = resource('limitranges', LimitRange, LimitRangeList, { shortNames: ['limits'] })
