/** Calls that tell of an effect outside a function, by what is called as it is written. */
export type EffectRules = readonly (readonly [RegExp, string])[];

const scriptRules: EffectRules = [
  [/(?:^|\.)(?:writeFile|appendFile|createWriteStream|mkdir|mkdtemp|rmdir|unlink|copyFile)(?:Sync)?$/, 'writes files'],
  [/(?:^|\.)(?:fs|fsp|promises)\.(?:rm|rename|cp|truncate|chmod|symlink|utimes|open)(?:Sync)?$/, 'writes files'],
  [/(?:^|\.)(?:readFile|readdir|createReadStream|opendir|exists)(?:Sync)?$/, 'reads files'],
  [/(?:^|\.)(?:fs|fsp|promises)\.(?:stat|lstat|access|realpath)(?:Sync)?$/, 'reads files'],
  [
    /^(?:fetch|axios(?:\.\w+)?|https?\.(?:get|request)|net\.(?:connect|createConnection)|WebSocket)$/,
    'uses the network',
  ],
  [
    /^(?:(?:child_process\.)?(?:spawn|execFile|fork)(?:Sync)?|exec(?:Sync)?|child_process\.exec(?:Sync)?)$/,
    'starts processes',
  ],
  [/^(?:console\.\w+|process\.(?:stdout|stderr)\.write)$/, 'prints'],
  [/^process\.(?:exit|kill|abort)$/, 'ends the process'],
  [/^set(?:Timeout|Interval|Immediate)$/, 'sets timers'],
  [/^(?:Date\.now|performance\.now|process\.hrtime(?:\.bigint)?)$/, 'reads the clock'],
  [/^(?:Math\.random|(?:crypto\.)?(?:randomUUID|randomBytes|randomInt|getRandomValues))$/, 'uses chance'],
  [/\.emit$/, 'emits events'],
  [/^(?:localStorage|sessionStorage)\.(?:setItem|removeItem|clear)$/, 'writes the browser storage'],
];

const pythonRules: EffectRules = [
  [/^(?:open|io\.open|codecs\.open)$|\.open$/, 'opens files'],
  [/^os\.(?:remove|unlink|rename|replace|mkdir|makedirs|rmdir)$|^shutil\./, 'writes files'],
  [/\.(?:write_text|write_bytes|unlink|rmdir|touch|mkdir)$/, 'writes files'],
  [/\.(?:read_text|read_bytes|iterdir|glob|rglob)$|^os\.(?:listdir|scandir|walk|stat)$/, 'reads files'],
  [/^(?:requests|httpx|aiohttp|urllib|socket|smtplib|ftplib)\.|^urlopen$/, 'uses the network'],
  [/^subprocess\.|^os\.(?:system|popen|fork|exec\w*|spawn\w*)$/, 'starts processes'],
  [/^(?:print|sys\.(?:stdout|stderr)\.write)$|^(?:logging|logger|log)\.\w+$/, 'prints'],
  [/^input$|^sys\.stdin\./, 'reads input'],
  [/^(?:sys\.exit|exit|quit|os\._exit|os\.kill|os\.abort)$/, 'ends the process'],
  [/^os\.getenv$|^os\.environ\b/, 'reads the environment'],
  [/^time\.sleep$|^asyncio\.sleep$/, 'waits'],
  [/^time\.(?:time|monotonic|perf_counter)\w*$|(?:^|\.)(?:datetime|date)\.(?:now|utcnow|today)$/, 'reads the clock'],
  [/^(?:random|secrets)\.|^uuid\.uuid[14]$|^os\.urandom$/, 'uses chance'],
];

export const effectRules = { script: scriptRules, python: pythonRules } as const;

/** Methods that change what they are called on, in the standard library of the language. */
export const changingMethods = {
  script: /^(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/,
  python: /^(?:append|extend|insert|remove|pop|popitem|clear|sort|reverse|update|setdefault|add|discard)$/,
} as const;

/** What calls and changes of names come to, in the order they were found and each once. */
export function sideEffectsOf(facts: EffectFacts, language: keyof typeof effectRules): readonly string[] {
  const effects = new Set<string>(facts.effects);
  for (const callee of facts.calls) {
    for (const [pattern, effect] of effectRules[language]) if (pattern.test(callee)) effects.add(effect);
    const [, root, method] = /^([\w$]+)\.([\w$]+)$/.exec(callee) ?? [];
    if (root !== undefined && method !== undefined && changingMethods[language].test(method)) {
      if (facts.parameters.has(root)) effects.add(`changes its argument ${root}`);
      else if (facts.moduleNames.has(root) && !facts.locals.has(root)) effects.add(`changes ${root}`);
    }
  }
  for (const { root, isMember } of facts.assigned) {
    const isOwnObject = root === 'this' || root === 'self' || root === 'cls';
    if (isOwnObject && isMember) {
      if (!facts.isConstructor) effects.add('changes its own object');
    } else if (facts.parameters.has(root)) {
      if (isMember) effects.add(`changes its argument ${root}`);
    } else if (!facts.locals.has(root)) {
      effects.add(`changes ${root}`);
    }
  }
  return [...effects];
}

export interface EffectFacts {
  readonly isConstructor: boolean;
  readonly calls: ReadonlySet<string>;
  /** Effects that the syntax itself shows. */
  readonly effects: ReadonlySet<string>;
  /** Names that are given a value; `isMember`: not the name itself but something of it. */
  readonly assigned: readonly { readonly root: string; readonly isMember: boolean }[];
  readonly parameters: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  /** Names that are declared outside of all functions. */
  readonly moduleNames: ReadonlySet<string>;
}
