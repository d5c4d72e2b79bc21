// `context.funcs`: what templates may call, for functions of a processor. `pools` has made-up values by name.
const funcs = {
  $randomNumber: (min, max) => Math.floor(Math.random() * (max - min + 1)) + min,
  $randomString: (length = 10) => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let text = "";
    for (let i = 0; i < length; i++) text += letters[Math.floor(Math.random() * letters.length)];
    return text;
  },
  $template: (text, vars = {}) =>
    String(text).replace(/\{\{\s*([\w$.]+)\s*\}\}/g, (whole, path) => {
      let value = vars;
      for (const key of path.split(".")) value = value === undefined || value === null ? undefined : value[key];
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    }),
};
for (const [name, pool] of Object.entries(pools)) {
  funcs[name] = () => pool[Math.floor(Math.random() * pool.length)];
}
return funcs;
