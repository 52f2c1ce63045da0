/** What the engine compiles is kept, more of it the longer it runs, and hides what is looked for. */
export const plainEngine = ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-flush-bytecode']
