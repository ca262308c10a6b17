/**
 * The events of a history as statements for the product's ledger: what the product reads of its own events is read here
 * of the protocol's. Says no word of how texts are put, apart from the head of a line.
 */
export function statementsOf(events, { SymbolIndex, remarksIn }) {
  const symbols = new SymbolIndex();
  return events.flatMap((event) => {
    const { type, seq: sequence, payload, text } = event;
    const { module, fn } = payload;
    const fact = (kind, name, shown, owner) => {
      const key = `${kind} ${name}`;
      return [{ subject: key, sequence, relations: [], facts: [{ key, kind, text: shown, owner, sequence }] }];
    };
    switch (type) {
      case 'module.generated':
        for (const name of [module, ...payload.exports]) symbols.add(name);
        return [{ subject: `module ${module}`, sequence, facts: [], relations: relationsOf(payload) }];
      case 'interface.changed':
        return fact('contract', fn, payload.signature, fn);
      case 'decision.recorded':
        return fact('decision', payload.key, payload.decision, fn ?? module ?? topicOf(payload.concept) ?? '');
      case 'config.set':
        return fact('configuration', payload.key, `${payload.key} = ${payload.value}`, fn);
      case 'error.fixed':
        return fact('error', payload.code, `${payload.code} in ${fn}: fix: ${payload.fix}`, fn);
      case 'review.commented': {
        const prose = text.replace(/^\[[^\]]*\]\s*/, '');
        const remarks = remarksIn(prose, symbols, { about: module, sequence });
        return remarks.map((remark) => ({ subject: remark.key, sequence, facts: [remark], relations: [] }));
      }
      default:
        return [];
    }
  });
}

function relationsOf({ module, imports, exports: members, calls, concepts }) {
  return [
    ...members.map((to) => ({ from: module, to, kind: 'contains' })),
    ...imports.map((to) => ({ from: module, to, kind: 'imports' })),
    ...calls.map(([from, to]) => ({ from, to, kind: 'calls' })),
    ...(concepts ?? []).map((topic) => ({ from: module, to: topicOf(topic), kind: 'about' })),
  ];
}

function topicOf(topic) {
  return topic ? `topic ${topic}` : null;
}
