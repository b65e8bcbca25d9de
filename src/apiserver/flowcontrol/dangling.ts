/** Whether the level that a FlowSchema names is there, as its status tells it. */
export const danglingCondition = (level: string, isThere: boolean, time: string) => ({
  type: 'Dangling',
  status: isThere ? 'False' : 'True',
  lastTransitionTime: time,
  reason: isThere ? 'Found' : 'NotFound',
  message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} ${
    isThere ? 'and it exists' : 'but there is no such object'
  }`,
})
