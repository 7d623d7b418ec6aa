//! The page: takes files, hands work to the workers, shows the report.
//!
//! [`view`] holds what the page shows and decides and is tested natively. The rest exists in a browser only:
//! `web` talks to it, `parts` draw.

pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod parts;
#[cfg(target_arch = "wasm32")]
pub mod web;

/// Draws the page into the element with the id `app`, in place of what says that it is loading.
///
/// # Errors
/// The document is not that of this page.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() -> Result<(), wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
    let place: web_sys::HtmlElement =
        document.get_element_by_id("app").ok_or("no place for the page")?.dyn_into()?;
    place.replace_children_with_node_0();
    leptos::mount::mount_to(place.clone(), move || parts::draw(&place)).forget();
    Ok(())
}
