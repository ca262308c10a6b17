declare module 'mistral-tokenizer-js' {
  const tokenizer: {
    encode(text: string, addBeginning: boolean, addBlankInFront: boolean): number[];
  };
  export default tokenizer;
}
