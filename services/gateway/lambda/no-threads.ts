/** Stands in for `thread-stream` in a Lambda function: the logger writes by itself, and loads it all the same. */
export default class NoThreads {}
