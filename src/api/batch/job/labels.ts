/** What a Job's pods are labelled with, and their indexes. */
export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid'
export const JOB_NAME = 'batch.kubernetes.io/job-name'
/** The names that they had first. */
export const OLD_CONTROLLER_UID = 'controller-uid'
export const OLD_JOB_NAME = 'job-name'
