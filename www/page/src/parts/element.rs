//! Elements of the page. An element is one type whatever is in it, so that each nesting is no code of its own.
//!
//! ```ignore
//! html("p").class("step").child((html("strong").child("Read "), move || count.get().to_string()))
//! ```
//!
//! A function in the place of a value or of content is followed: when a signal that it reads changes, what it made
//! is made again. That ends with the part that it belongs to. Content is text and elements, never markup.
//!
//! Why: `docs/decisions/0017-page-elements.md`.

use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, DocumentFragment, Element, Event, Node};

/// An element of the document, or one that will be. A handle: copies are the same element.
#[derive(Clone, Debug)]
pub(super) struct El(Element);

/// An element of HTML.
pub(super) fn html(tag: &str) -> El {
    El(made(document().create_element(tag)))
}

/// An element of SVG.
pub(super) fn svg(tag: &str) -> El {
    El(made(document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag)))
}

/// Follows the signals that `action` reads, at once and whenever one changes, as long as the part exists.
pub(super) fn follow(mut action: impl FnMut() + 'static) {
    let effect = RenderEffect::new(move |_| action());
    on_cleanup(move || drop(effect));
}

fn document() -> Document {
    leptos::prelude::document()
}

/// The names of elements are those of this page, so the browser has no reason to refuse one.
fn made(element: Result<Element, JsValue>) -> Element {
    element.unwrap_or_else(|_| wasm_bindgen::throw_str("the browser refuses an element"))
}

impl El {
    /// What the browser calls it.
    pub(super) fn element(&self) -> &Element {
        &self.0
    }

    /// The same by the name of its interface.
    pub(super) fn dom<T: JsCast>(&self) -> &T {
        self.0.unchecked_ref()
    }

    pub(super) fn class(self, names: &str) -> Self {
        self.set("class", Some(names));
        self
    }

    /// A class that is there as long as `is` says so.
    pub(super) fn class_while(self, name: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        let classes = self.0.class_list();
        follow(move || {
            classes.toggle_with_force(name, is()).ok();
        });
        self
    }

    pub(super) fn attr(self, name: &'static str, value: impl Value) -> Self {
        value.set(&self, name);
        self
    }

    pub(super) fn child(self, content: impl Content) -> Self {
        content.add_to(&self.0);
        self
    }

    /// Calls `act` for each such event. The browser lets go of it together with the element.
    pub(super) fn on<E: EventDescriptor>(
        self,
        event: E,
        act: impl FnMut(E::EventType) + 'static,
    ) -> Self
    where
        E::EventType: JsCast,
    {
        let mut act = act;
        self.listen(&event.name(), Box::new(move |event| act(event.unchecked_into())));
        self
    }

    fn listen(&self, event: &str, act: Box<dyn FnMut(Event)>) {
        let act = Closure::wrap(act).into_js_value();
        self.0.add_event_listener_with_callback(event, act.unchecked_ref()).ok();
    }

    fn set(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.0.set_attribute(name, value).ok(),
            None => self.0.remove_attribute(name).ok(),
        };
    }
}

/// What an attribute can be: text, whether it is there, or a function that says so.
pub(super) trait Value {
    fn set(self, on: &El, name: &'static str);
}

impl Value for &str {
    fn set(self, on: &El, name: &'static str) {
        on.set(name, Some(self));
    }
}

impl Value for String {
    fn set(self, on: &El, name: &'static str) {
        on.set(name, Some(&self));
    }
}

impl Value for bool {
    fn set(self, on: &El, name: &'static str) {
        on.set(name, self.then_some(""));
    }
}

impl<V: Value> Value for Option<V> {
    fn set(self, on: &El, name: &'static str) {
        match self {
            Some(value) => value.set(on, name),
            None => on.set(name, None),
        }
    }
}

impl<V: Value, F: Fn() -> V + 'static> Value for F {
    fn set(self, on: &El, name: &'static str) {
        let on = on.clone();
        follow(move || self().set(&on, name));
    }
}

/// What can be in an element.
pub(super) trait Content {
    fn add_to(self, parent: &Node);
}

impl Content for El {
    fn add_to(self, parent: &Node) {
        parent.append_child(&self.0).ok();
    }
}

impl Content for &str {
    fn add_to(self, parent: &Node) {
        parent.append_child(&document().create_text_node(self)).ok();
    }
}

impl Content for String {
    fn add_to(self, parent: &Node) {
        self.as_str().add_to(parent);
    }
}

impl<C: Content> Content for Option<C> {
    fn add_to(self, parent: &Node) {
        if let Some(content) = self {
            content.add_to(parent);
        }
    }
}

impl<C: Content> Content for Vec<C> {
    fn add_to(self, parent: &Node) {
        for content in self {
            content.add_to(parent);
        }
    }
}

impl<C: Content, const N: usize> Content for [C; N] {
    fn add_to(self, parent: &Node) {
        for content in self {
            content.add_to(parent);
        }
    }
}

impl<C: Content, F: Fn() -> C + 'static> Content for F {
    fn add_to(self, parent: &Node) {
        changing(parent, Box::new(move |parent| self().add_to(parent)));
    }
}

/// Content that is made again and again, between two nodes that show nothing.
fn changing(parent: &Node, make: Box<dyn Fn(&Node)>) {
    let (first, last): (Node, Node) =
        (document().create_comment("").into(), document().create_comment("").into());
    parent.append_child(&first).ok();
    parent.append_child(&last).ok();
    follow(move || {
        while let Some(old) = first.next_sibling().filter(|next| *next != last) {
            old.unchecked_into::<Element>().remove();
        }
        let fresh = document().create_document_fragment();
        make(&fresh);
        last.parent_node().and_then(|parent| parent.insert_before(&fresh, Some(&last)).ok());
    });
}

macro_rules! together {
    ($($name:ident)+) => {
        impl<$($name: Content),+> Content for ($($name,)+) {
            fn add_to(self, parent: &Node) {
                #[expect(non_snake_case, reason = "a value is named as its type")]
                let ($($name,)+) = self;
                $($name.add_to(parent);)+
            }
        }
    };
}

/// Different contents as one type.
pub(super) struct Several(DocumentFragment);

pub(super) fn several(content: impl Content) -> Several {
    let fragment = document().create_document_fragment();
    content.add_to(&fragment);
    Several(fragment)
}

impl Content for Several {
    fn add_to(self, parent: &Node) {
        parent.append_child(&self.0).ok();
    }
}

together!(A B);
together!(A B C);
together!(A B C D);
together!(A B C D E);
together!(A B C D E F);
together!(A B C D E F G);
together!(A B C D E F G H);
together!(A B C D E F G H I);
