// groovy.util.XmlSlurper and XmlParser over a small reader of XML without external entities.
class XNode extends JObject {
  constructor(name, attributes, parent) { super(); this._n = name; this._a = attributes; this._kids = []; this._up = parent; }
  $text() { return this._kids.map((k) => k instanceof XNode ? k.$text() : k).join(""); }
}
function readXml(text) {
  const root = new XNode("", new JMap(), null);
  let at = root, i = 0, depth = 0;
  const fail = (what) => { throw new (C["org.xml.sax.SAXException"])(what); };
  while (i < text.length) {
    if (text[i] !== "<") { const end = text.indexOf("<", i); const t = text.slice(i, end < 0 ? undefined : end); if (at === root && t.trim()) fail("Content is not allowed in prolog."); if (at !== root) at._kids.push(unescapeXml(t)); i = end < 0 ? text.length : end; continue; }
    if (text.startsWith("<!--", i)) { i = text.indexOf("-->", i); if (i < 0) fail("a comment is not closed"); i += 3; continue; }
    if (text.startsWith("<![CDATA[", i)) { const end = text.indexOf("]]>", i); if (end < 0) fail("CDATA is not closed"); at._kids.push(text.slice(i + 9, end)); i = end + 3; continue; }
    if (text.startsWith("<?", i)) { i = text.indexOf("?>", i); if (i < 0) fail("an instruction is not closed"); i += 2; continue; }
    if (text.startsWith("<!", i)) fail("DOCTYPE is disallowed");
    const m = /^<(\/?)([\w:.\-]+)((?:\s+[\w:.\-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/.exec(text.slice(i, i + 20000));
    if (!m) fail(`malformed element at ${i}`);
    i += m[0].length;
    if (m[1]) { if (at === root || at._n !== m[2]) fail(`The element type "${at._n}" must be terminated by the matching end-tag "</${at._n}>".`); at = at._up; depth--; continue; }
    const attributes = new JMap();
    for (const a of m[3].matchAll(/([\w:.\-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) if (!a[1].startsWith("xmlns")) attributes.put(a[1], unescapeXml(a[2] ?? a[3]));
    const node = new XNode(m[2], attributes, at);
    at._kids.push(node);
    if (!m[4]) { at = node; if (++depth > 500) fail("nested too deep"); }
  }
  const top = root._kids.find((k) => k instanceof XNode);
  if (at !== root || !top) fail("XML document structures must start and end within the same entity.");
  return top;
}
const plainName = (n) => n.slice(n.indexOf(":") + 1);
const kidsOf = (n) => n._kids.filter((k) => k instanceof XNode);
const allBelow = (n) => [n, ...kidsOf(n).flatMap(allBelow)];
class XPathResult extends JObject {
  constructor(nodes, parent) { super(); this._nodes = nodes; this._parent = parent ?? null; }
  $property(name) {
    if (name[0] === "@") return new XPathAttributes(this._nodes.map((n) => n._a.get(name.slice(1))).filter((v) => v !== null));
    if (name === "*") return this.children();
    if (name === "**") return this.depthFirst();
    if (name === "..") return this.parent();
    return new XPathResult(this._nodes.flatMap((n) => kidsOf(n).filter((k) => plainName(k._n) === plainName(name))), this);
  }
  $iter() { return this._nodes.map((n) => new XPathResult([n], this)); }
  getAt(i) { if (isText(i)) return this.$property(S(i)); const n = this._nodes[N(i) < 0 ? this._nodes.length + N(i) : N(i)]; return new XPathResult(n ? [n] : [], this); }
  text() { return this._nodes.map((n) => n.$text()).join(""); }
  name() { return plainName(this._nodes[0]?._n ?? ""); }
  size() { return this._nodes.length; }
  isEmpty() { return this._nodes.length === 0; }
  children() { return new XPathResult(this._nodes.flatMap(kidsOf), this); }
  childNodes() { return new Iter(this.children().$iter()); }
  parent() { return new XPathResult([...new Set(this._nodes.map((n) => n._up))]); }
  attributes() { return this._nodes[0]?._a ?? new JMap(); }
  localText() { return this._nodes.map((n) => n._kids.filter((k) => typeof k === "string").join("")); }
  depthFirst() { return this._nodes.flatMap(allBelow).map((n) => new XPathResult([n], this)); }
  breadthFirst() { return this.depthFirst(); }
  find(c) { return this.$iter().find((n) => truth(invoke(c, [n]))) ?? new XPathResult([]); }
  findAll(c) { return new XPathResult(this.$iter().filter((n) => truth(invoke(c, [n]))).flatMap((n) => n._nodes), this); }
  list() { return this.$iter(); }
  toInteger() { return parseInteger(this.text()); }
  toLong() { return parseLong(this.text()); }
  toDouble() { return dbl(parseDouble(this.text())); }
  toBigDecimal() { return decimal(this.text()); }
  equals(o) { return isText(o) ? this.text() === str(o) : o instanceof XPathResult && this.text() === o.text(); }
  $truth() { return this._nodes.length > 0; }
  toString() { return this.text(); }
}
known("groovy.util.slurpersupport.GPathResult", XPathResult);
class XPathAttributes extends JObject {
  constructor(v) { super(); this._v = v; }
  text() { return this._v.join(""); }
  size() { return this._v.length; }
  toInteger() { return parseInteger(this.text()); }
  $iter() { return this._v; }
  equals(o) { return this.text() === str(o); }
  $truth() { return this._v.length > 0; }
  toString() { return this.text(); }
}
known("groovy.util.slurpersupport.Attributes", XPathAttributes);
class XmlSlurper extends JObject {
  parseText(t) { return new XPathResult([readXml(S(need(t)))]); }
  parse(v) { return this.parseText(v instanceof File ? v.getText() : typeof v?.$text === "function" ? v.$text() : S(v)); }
  setFeature() { return null; }
  setKeepIgnorableWhitespace() { return null; }
}
known("groovy.util.XmlSlurper", XmlSlurper);
known("groovy.xml.XmlSlurper", class extends XmlSlurper {});
// Nodes of XmlParser: children are lists.
class PNode extends JObject {
  constructor(x) { super(); this._x = x; }
  $property(name) { if (name[0] === "@") return this._x._a.get(name.slice(1)); return kidsOf(this._x).filter((k) => plainName(k._n) === plainName(name)).map((k) => new PNode(k)); }
  getAt(i) { return isText(i) ? this.$property(S(i)) : this.children()[N(i)]; }
  text() { return this._x._kids.filter((k) => typeof k === "string").join(""); }
  name() { return this._x._n; }
  value() { return kidsOf(this._x).length ? this.children() : [this.text()]; }
  children() { return this._x._kids.filter((k) => k instanceof XNode || k.trim()).map((k) => k instanceof XNode ? new PNode(k) : k); }
  attributes() { return this._x._a; }
  attribute(n) { return this._x._a.get(S(n)); }
  depthFirst() { return allBelow(this._x).map((k) => new PNode(k)); }
  $iter() { return this.children(); }
  toString() { return `${this.name()}[attributes=${jstr(this.attributes())}; value=${jstr(this.value())}]`; }
}
known("groovy.util.Node", PNode);
class XmlParser extends JObject { parseText(t) { return new PNode(readXml(S(need(t)))); } parse(v) { return this.parseText(v instanceof File ? v.getText() : S(v)); } }
known("groovy.util.XmlParser", XmlParser);
known("groovy.xml.XmlParser", class extends XmlParser {});
kind("groovy.xml.XmlUtil", () => false, { escapeXml: (t) => escapeXml(t), serialize: () => { throw unsupported("XmlUtil.serialize"); } });
