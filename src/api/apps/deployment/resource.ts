import { resource } from '#api/resource.ts'
import { Deployment, DeploymentList } from './message.ts'

export const deployments = resource('deployments', Deployment, DeploymentList, {
  shortNames: ['deploy'],
  categories: ['all'],
})
