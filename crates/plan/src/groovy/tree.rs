//! A script as a tree. Main types: [`Script`], [`Stmt`], [`Expr`].

use super::token::At;

/// A whole script.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// What it imports: full name (a star at the end for all of a package), alias, whether static.
    pub imports: Vec<Import>,
    /// Its classes and enums.
    pub classes: Vec<ClassDecl>,
    /// Its methods.
    pub methods: Vec<Method>,
    /// What it does.
    pub body: Vec<Stmt>,
    /// Names that are assigned to somewhere.
    pub assigned: Vec<String>,
}

/// One import.
#[derive(Debug)]
pub(super) struct Import {
    pub path: String,
    pub alias: Option<String>,
    pub is_static: bool,
}

/// A type: its name as written, without arguments, and how often it is an array.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Type {
    pub name: String,
    pub dimensions: u32,
    pub at: At,
}

/// A parameter of a method or a closure.
#[derive(Debug)]
pub(super) struct Param {
    pub name: String,
    pub ty: Option<Type>,
    pub default: Option<Expr>,
    pub rest: bool,
}

/// A method, or a constructor.
#[derive(Debug)]
pub(super) struct Method {
    pub name: String,
    pub params: Vec<Param>,
    pub returns: Option<Type>,
    pub body: Option<Vec<Stmt>>,
    pub is_static: bool,
    pub at: At,
}

/// A field of a class.
#[derive(Debug)]
pub(super) struct Field {
    pub name: String,
    pub ty: Option<Type>,
    pub init: Option<Expr>,
    pub is_static: bool,
    /// No `private`, `public` or `protected` before it: a property with getter and setter.
    pub is_property: bool,
}

/// A class, an enum, an interface or a nameless class.
#[derive(Debug)]
pub(super) struct ClassDecl {
    pub name: String,
    pub parent: Option<Type>,
    pub fields: Vec<Field>,
    pub methods: Vec<Method>,
    pub constructors: Vec<Method>,
    /// The constants of an enum with their arguments.
    pub constants: Option<Vec<(String, Vec<Arg>)>>,
}

/// A statement and where it begins.
#[derive(Debug)]
pub(super) struct Stmt {
    pub kind: StmtKind,
    pub at: At,
}

#[derive(Debug)]
pub(super) enum StmtKind {
    Empty,
    Block(Vec<Stmt>),
    Expr(Expr),
    /// Names with a common type.
    Vars(Option<Type>, Vec<(String, Option<Expr>)>),
    /// `def (a, b) = …`
    MultiVars(Vec<(Option<Type>, String)>, Expr),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    DoWhile(Box<Stmt>, Expr),
    For(Vec<Stmt>, Option<Expr>, Vec<Expr>, Box<Stmt>),
    ForIn(Option<Type>, String, Expr, Box<Stmt>),
    Switch(Expr, Vec<Case>),
    Try(Try),
    Throw(Expr),
    Return(Option<Expr>),
    Break(Option<String>),
    Continue(Option<String>),
    Label(String, Box<Stmt>),
    Assert(Expr, Option<Expr>, String),
    /// A method inside a block, which BeanShell allows.
    Method(Method),
}

/// `case` values (none for `default`) and what follows.
#[derive(Debug)]
pub(super) struct Case {
    pub value: Option<Expr>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub(super) struct Try {
    /// `try (name = value)`
    pub resources: Vec<(String, Expr)>,
    pub body: Vec<Stmt>,
    /// Types (none for all), name, body.
    pub catches: Vec<(Vec<Type>, String, Vec<Stmt>)>,
    pub finally: Option<Vec<Stmt>>,
}

/// An expression, where it begins and how high its tree is.
#[derive(Debug)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub at: At,
    pub height: u32,
}

/// How a member is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// `a.b`
    Plain,
    /// `a?.b`
    Safe,
    /// `a*.b`
    Spread,
    /// `a.@b`
    Field,
}

/// The name of a member: as written, or computed.
#[derive(Debug)]
pub(super) enum Member {
    Named(String),
    Computed(Box<Expr>),
}

/// An argument.
#[derive(Debug)]
pub(super) enum Arg {
    Plain(Expr),
    /// `*list`, or `*:map` with a name.
    Spread(Expr),
    Named(MapKey, Expr),
}

/// The key of an entry of a map.
#[derive(Debug)]
pub(super) enum MapKey {
    Text(String),
    Expr(Expr),
    /// `*: map`
    Spread,
}

/// A part of a text with expressions.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Value(Expr),
    /// `${-> …}`: evaluated when the text is printed.
    Lazy(Expr),
}

/// A closure or a lambda.
#[derive(Debug)]
pub(super) struct Closure {
    /// None: it has the implicit `it`.
    pub params: Option<Vec<Param>>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Long(i64),
    Big(String),
    Decimal(String),
    Double(f64),
    Float(f64),
    Text(String),
    Char(char),
    Template(Vec<Part>),
    List(Vec<Arg>),
    Map(Vec<(MapKey, Expr)>),
    /// JEXL: `{1, 2}`
    Set(Vec<Expr>),
    /// Ends, and whether the last is part of it.
    Range(Box<Expr>, Box<Expr>, bool),
    Name(String),
    This,
    Super,
    Prop(Box<Expr>, Member, Reach),
    Index(Box<Expr>, Vec<Expr>, bool),
    /// Receiver (none: the script itself), name, how, arguments.
    Call(Option<Box<Expr>>, Member, Reach, Vec<Arg>),
    /// A value that is called.
    Invoke(Box<Expr>, Vec<Arg>),
    MethodRef(Box<Expr>, String),
    New(Type, Vec<Arg>, Option<Box<ClassDecl>>),
    /// Type of the elements' array, sizes, initial values.
    NewArray(Type, Vec<Expr>, Option<Vec<Expr>>),
    /// `{1, 2}` where an array is declared.
    Braces(Vec<Expr>),
    /// `this(…)` and `super(…)` in a constructor.
    Chain(bool, Vec<Arg>),
    Unary(&'static str, Box<Expr>),
    /// By how much, whether before, what.
    Step(i8, bool, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `a + b + c …`, kept flat: texts are built of many.
    Sum(Vec<Expr>),
    /// `&&` or `||`, kept flat too.
    Logic(&'static str, Vec<Expr>),
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    Elvis(Box<Expr>, Box<Expr>),
    /// Operator (`=`, `+`, …, `?` for `?=`), target, value.
    Assign(&'static str, Box<Expr>, Box<Expr>),
    MultiAssign(Vec<Expr>, Box<Expr>),
    /// Type, value, whether by `as`.
    Cast(Type, Box<Expr>, bool),
    /// Value, type, whether negated.
    InstanceOf(Box<Expr>, Type, bool),
    In(Box<Expr>, Box<Expr>, bool),
    Closure(Closure),
}
