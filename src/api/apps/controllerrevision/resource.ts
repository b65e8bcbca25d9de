import { resource } from '#api/resource.ts'
import { ControllerRevision, ControllerRevisionList } from './message.ts'

export const controllerRevisions = resource('controllerrevisions', ControllerRevision, ControllerRevisionList)
